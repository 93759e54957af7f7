"""Bands become narrower, before the first one is written; corrections say whether they were asked for."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0003_topic_versions")]

    operations = [
        migrations.DeleteModel(name="Band"),
        migrations.CreateModel(
            name="Band",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.IntegerField()),
                ("day", models.IntegerField()),
                ("post", models.BigIntegerField()),
                ("signature", models.BigIntegerField()),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "everywhere",
                "default_manager_name": "everywhere",
                "indexes": [
                    models.Index(fields=["workspace", "key", "day", "post", "signature"], name="band_whole"),
                ],
            },
            managers=[
                ("everywhere", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="correction",
            name="asked",
            field=models.BooleanField(default=False),
        ),
    ]
