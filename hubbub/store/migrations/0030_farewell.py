"""Sign-ins that were let go are given back to their network."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0029_opportunities")]

    operations = [
        migrations.CreateModel(
            name="Farewell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("sealed", models.BinaryField()),
                ("made", models.DateTimeField()),
                ("due", models.DateTimeField(db_index=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.workspace"
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "everywhere", "default_manager_name": "everywhere"},
            managers=[("everywhere", django.db.models.manager.Manager())],
        ),
    ]
