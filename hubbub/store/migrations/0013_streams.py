from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0012_sweeps'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='streamed',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='source',
            name='stream_error',
            field=models.TextField(blank=True, default=''),
        ),
    ]
