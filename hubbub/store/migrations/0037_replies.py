"""One word for what is sent to a person: reply. Labels alone; nothing changes in the tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0036_own_files_and_steps"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="role",
            field=models.CharField(
                choices=[
                    ("viewer", "Viewer: sees everything"),
                    ("responder", "Responder: replies, assigns, notes"),
                    ("moderator", "Moderator: also approves, hides, removes"),
                    ("manager", "Manager: also sets sources, topics, rules, objectives"),
                    ("admin", "Admin: also the team and its tokens"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="approving",
            name="up_to",
            field=models.CharField(
                blank=True,
                choices=[
                    ("viewer", "Viewer: sees everything"),
                    ("responder", "Responder: replies, assigns, notes"),
                    ("moderator", "Moderator: also approves, hides, removes"),
                    ("manager", "Manager: also sets sources, topics, rules, objectives"),
                    ("admin", "Admin: also the team and its tokens"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="houserules",
            name="stance",
            field=models.CharField(
                choices=[
                    ("welcome", "Businesses are welcome"),
                    ("answer", "Replies are welcome, offers are not"),
                    ("ask", "Ask its moderators first"),
                    ("closed", "Businesses may not speak there"),
                ],
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="role",
            field=models.CharField(
                choices=[
                    ("viewer", "Viewer: sees everything"),
                    ("responder", "Responder: replies, assigns, notes"),
                    ("moderator", "Moderator: also approves, hides, removes"),
                    ("manager", "Manager: also sets sources, topics, rules, objectives"),
                    ("admin", "Admin: also the team and its tokens"),
                ],
                default="viewer",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="suggestion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("review", "Praises often: ask for a review"),
                    ("answer", "An influencer waits for a reply"),
                    ("silent", "A regular has gone silent"),
                    ("brand", "A brand or association in our topics"),
                    ("helped", "Complained and was helped"),
                ],
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="wait",
            name="end",
            field=models.CharField(
                choices=[
                    ("running", "Still waiting, in time"),
                    ("late", "Still waiting, too late"),
                    ("kept", "Replied in time"),
                    ("broken", "Replied too late"),
                    ("dropped", "Ended without a reply, in time"),
                ],
                default="running",
                max_length=7,
            ),
        ),
    ]
