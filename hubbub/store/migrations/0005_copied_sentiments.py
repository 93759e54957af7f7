"""Of the copies, how many were judged which way: for charts that count what says the same once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_bands"),
    ]

    operations = [
        migrations.AddField(
            model_name="rollup",
            name="copied_negative",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="rollup",
            name="copied_neutral",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="rollup",
            name="copied_positive",
            field=models.IntegerField(null=True),
        ),
    ]
