# Written by `makemigrations`, and the one of two matters at a time chosen from it.

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0009_policies_and_queue'),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('native_id', models.CharField(max_length=500)),
                ('about', models.CharField(max_length=500)),
                ('url', models.TextField(blank=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('taken', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Waits for a decision'), ('closed', 'Dealt with')], default='open', max_length=6)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Not decided'), ('upheld', 'Upheld: the post broke a rule'), ('dismissed', 'Dismissed: the post may stay'), ('elsewhere', 'Dealt with on the network')], default='', max_length=9)),
                ('closed', models.DateTimeField(null=True)),
                ('weight', models.FloatField(null=True)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='store.post')),
                ('reporter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='store.author')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='store.source')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.workspace')),
            ],
            options={'abstract': False, 'base_manager_name': 'everywhere', 'default_manager_name': 'everywhere'},
            managers=[('everywhere', django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('body', models.BinaryField()),
                ('items', models.PositiveIntegerField()),
                ('public', models.BooleanField(default=False)),
                ('sender', models.CharField(blank=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('taken', models.DateTimeField(null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='arrivals', to='store.source')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.workspace')),
            ],
            options={'abstract': False, 'base_manager_name': 'everywhere', 'default_manager_name': 'everywhere'},
            managers=[('everywhere', django.db.models.manager.Manager())],
        ),
        migrations.AddIndex(model_name='report', index=models.Index(fields=['workspace', 'state', '-at', '-id'], name='report_newest')),
        migrations.AddIndex(model_name='report', index=models.Index(condition=models.Q(('post__isnull', True)), fields=['source', 'about'], name='report_lone')),
        migrations.AddIndex(model_name='report', index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['workspace', 'email'], name='report_by_email')),
        migrations.AddConstraint(model_name='report', constraint=models.UniqueConstraint(fields=('source', 'native_id'), name='report_once')),
        migrations.AddIndex(model_name='arrival', index=models.Index(condition=models.Q(('taken__isnull', True)), fields=['source', 'id'], name='arrival_waiting')),
        migrations.AddIndex(model_name='arrival', index=models.Index(fields=['source', 'at'], name='arrival_lately')),
        migrations.AddIndex(model_name='arrival', index=models.Index(condition=models.Q(('taken__isnull', False)), fields=['taken'], name='arrival_old')),
        migrations.AddConstraint(model_name='arrival', constraint=models.UniqueConstraint(fields=('source', 'key'), name='arrival_once')),
    ]
