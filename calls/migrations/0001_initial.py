import calls.validators
import datetime
import django.core.validators
import django.db.models.deletion
import fernet_fields.fields
import simple_history.models
import uuid
import voxa.core.number_fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('telephony', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(max_length=8)),
                ('status', models.CharField(default='queued', max_length=11)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('to_number', voxa.core.number_fields.NumberField(max_length=80, verbose_name='to')),
                ('from_number', voxa.core.number_fields.NumberField(blank=True, max_length=80, verbose_name='from')),
                ('to_typed', models.CharField(blank=True, editable=False, max_length=80)),
                ('from_typed', models.CharField(blank=True, editable=False, max_length=80)),
                ('trunk_chosen', models.BooleanField(default=False, editable=False)),
                ('max_duration_seconds', models.PositiveIntegerField(default=3600, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(14400)])),
                ('metadata', models.JSONField(blank=True, default=dict, validators=[calls.validators.validate_metadata])),
                ('variables', models.JSONField(blank=True, default=dict)),
                ('agent_revision', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('pinned_revision', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('agent_overrides', models.JSONField(blank=True, default=dict, editable=False)),
                ('room_name', models.CharField(blank=True, max_length=128)),
                ('sip_call_id', models.CharField(blank=True, max_length=255, verbose_name='SIP Call-ID')),
                ('livekit_call_id', models.CharField(blank=True, max_length=64, verbose_name='LiveKit call ID')),
                ('sip_status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('attempts_made', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('retries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('taken_back', models.PositiveIntegerField(default=0, editable=False)),
                ('scheduled_at', models.DateTimeField(blank=True, null=True)),
                ('not_after', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('queued_at', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('duration_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('spend_reserved', models.DecimalField(decimal_places=6, editable=False, max_digits=16, null=True)),
                ('third_party_since', models.DateTimeField(editable=False, null=True)),
                ('spend_warned', models.BooleanField(default=False, editable=False)),
                ('agent_state', models.CharField(blank=True, editable=False, max_length=6)),
                ('agent_state_at', models.DateTimeField(editable=False, null=True)),
                ('had_agent', models.BooleanField(default=False, editable=False)),
                ('phone_rejoined_at', models.DateTimeField(editable=False, null=True)),
                ('end_requested', models.CharField(blank=True, editable=False, max_length=32)),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('fence', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('agent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='telephony.agent')),
                ('number', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='telephony.phonenumber')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='telephony.livekitproject')),
                ('trunk', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to='telephony.trunk')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'call',
                'verbose_name_plural': 'calls',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DialSlot',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('next_at', models.DateTimeField()),
                ('free_at', models.DateTimeField()),
                ('full_until', models.DateTimeField()),
                ('wide_until', models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('lateness', models.DurationField(default=datetime.timedelta)),
            ],
        ),
        migrations.CreateModel(
            name='RunningDispatcher',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('clock', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-seen_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AgentTest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('agent_revision', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('medium', models.CharField(default='voice', max_length=5)),
                ('variables', models.JSONField(blank=True, default=dict)),
                ('room_name', models.CharField(max_length=128, unique=True)),
                ('transcript', models.JSONField(default=list, editable=False)),
                ('tools', models.JSONField(default=list, editable=False)),
                ('measures', models.JSONField(default=dict, editable=False)),
                ('reason', models.CharField(blank=True, editable=False, max_length=32)),
                ('detail', models.CharField(blank=True, editable=False, max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('joined_at', models.DateTimeField(editable=False, null=True)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tests', to='telephony.agent')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agent_tests', to='telephony.livekitproject')),
                ('started_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_with', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apikey')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agent_tests', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'test conversation',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='AgentWorker',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('version', models.CharField(blank=True, max_length=50)),
                ('sessions', models.PositiveIntegerField(default=0)),
                ('load', models.FloatField(default=0)),
                ('memory_bytes', models.PositiveBigIntegerField(default=0)),
                ('draining', models.BooleanField(default=False)),
                ('speech', models.JSONField(null=True)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('seen_at', models.DateTimeField()),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='workers', to='telephony.livekitproject')),
            ],
            options={
                'verbose_name': 'agent worker',
                'verbose_name_plural': 'agent workers',
                'ordering': ['-seen_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=300)),
                ('end_text', models.CharField(blank=True, max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'ordering': ['-started_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='AlertNotification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=10)),
                ('of_end', models.BooleanField()),
                ('status', models.CharField(default='pending', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('sent_at', models.DateTimeField(null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='calls.alert')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AlertRule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=20, verbose_name='condition')),
                ('threshold', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                ('window_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)], verbose_name='window (minutes)')),
                ('minimum_calls', models.PositiveIntegerField(default=10, help_text='With fewer calls in the window there is no alert.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='minimum calls')),
                ('hold_minutes', models.PositiveIntegerField(default=5, help_text='The condition must hold this long before the alert starts, and be gone this long before it ends.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='hold (minutes)')),
                ('email_to', models.CharField(blank=True, help_text='Addresses, separated by commas.', max_length=1000, verbose_name='email to')),
                ('slack_url', fernet_fields.fields.EncryptedTextField(blank=True, null=True)),
                ('active', models.BooleanField(default=True)),
                ('firing_since', models.DateTimeField(editable=False, null=True)),
                ('turning_since', models.DateTimeField(editable=False, null=True)),
                ('last_text', models.CharField(blank=True, editable=False, max_length=300)),
                ('checked_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('trunk', models.ForeignKey(blank=True, help_text='Empty: all trunks of the workspace.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.trunk')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alert_rules', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'alert rule',
                'verbose_name_plural': 'alert rules',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='alert',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='calls.alertrule'),
        ),
        migrations.CreateModel(
            name='CallAnalysis',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='analysis', serialize=False, to='calls.call')),
                ('status', models.CharField(default='pending', max_length=7)),
                ('summary', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, max_length=200)),
                ('fields', models.JSONField(default=dict)),
                ('template_id', models.UUIDField(blank=True, null=True)),
                ('template_name', models.CharField(blank=True, max_length=100)),
                ('model', models.CharField(blank=True, max_length=100)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'call analyses',
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='conversation', serialize=False, to='calls.call')),
                ('worker', models.CharField(blank=True, max_length=64)),
                ('measures', models.JSONField(default=dict)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Reception',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='calls.call')),
                ('status', models.CharField(default='requested', max_length=9)),
                ('requested_at', models.DateTimeField()),
                ('transfer', models.JSONField(blank=True, default=dict, editable=False)),
                ('fallback', models.JSONField(blank=True, default=dict, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('status', models.CharField(default='dialing', max_length=8)),
                ('livekit_trunk_id', models.CharField(max_length=64)),
                ('room_name', models.CharField(max_length=128, unique=True)),
                ('sip_call_id', models.CharField(blank=True, max_length=255, verbose_name='SIP Call-ID')),
                ('livekit_call_id', models.CharField(blank=True, max_length=64, verbose_name='LiveKit call ID')),
                ('sip_status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('sip_status', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('started_at', models.DateTimeField()),
                ('dialed_at', models.DateTimeField(blank=True, null=True)),
                ('ringing_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('gateway', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='telephony.gateway')),
                ('trunk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='telephony.trunk')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='calls.call')),
            ],
            options={
                'ordering': ['call', 'number'],
            },
        ),
        migrations.CreateModel(
            name='DoNotCall',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', voxa.core.number_fields.NumberField(max_length=16)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('listed_by', models.CharField(blank=True, editable=False, max_length=6)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_with', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apikey')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='do_not_call', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'do-not-call entry',
                'verbose_name_plural': 'do-not-call entries',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=48)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('at', models.DateTimeField()),
                ('once', models.UUIDField(editable=False, null=True)),
                ('attempt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='calls.attempt')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='calls.call')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='call_events', to='accounts.workspace')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAlertRule',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=20, verbose_name='condition')),
                ('threshold', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                ('window_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)], verbose_name='window (minutes)')),
                ('minimum_calls', models.PositiveIntegerField(default=10, help_text='With fewer calls in the window there is no alert.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='minimum calls')),
                ('hold_minutes', models.PositiveIntegerField(default=5, help_text='The condition must hold this long before the alert starts, and be gone this long before it ends.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='hold (minutes)')),
                ('email_to', models.CharField(blank=True, help_text='Addresses, separated by commas.', max_length=1000, verbose_name='email to')),
                ('active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(blank=True, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trunk', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: all trunks of the workspace.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='telephony.trunk')),
                ('workspace', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'historical alert rule',
                'verbose_name_plural': 'historical alert rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='LiveKitEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.CharField(max_length=64)),
                ('type', models.CharField(max_length=48)),
                ('room_name', models.CharField(blank=True, max_length=128)),
                ('payload', models.JSONField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('ingested_at', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='telephony.livekitproject')),
            ],
            options={
                'verbose_name': 'LiveKit event',
                'verbose_name_plural': 'LiveKit events',
                'ordering': ['received_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('part', models.PositiveSmallIntegerField(default=1)),
                ('status', models.CharField(default='starting', max_length=9)),
                ('room_name', models.CharField(max_length=128)),
                ('egress_id', models.CharField(blank=True, max_length=64)),
                ('bucket', models.CharField(max_length=255)),
                ('key', models.CharField(max_length=500)),
                ('duration_seconds', models.PositiveIntegerField(null=True)),
                ('bytes', models.PositiveBigIntegerField(null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('asked_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('call', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recordings', to='calls.call')),
                ('project', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recordings', to='telephony.livekitproject')),
                ('workspace', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recordings', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'recording',
                'verbose_name_plural': 'recordings',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ToolRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('name', models.CharField(max_length=64)),
                ('arguments', models.JSONField(blank=True, default=dict, editable=False)),
                ('status', models.CharField(default='requested', max_length=9)),
                ('ok', models.BooleanField(default=False)),
                ('result', models.TextField(blank=True, editable=False)),
                ('requested_at', models.DateTimeField(db_index=True)),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('agent_test', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.agenttest')),
                ('call', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
            ],
        ),
        migrations.CreateModel(
            name='TranscriptItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('speaker', models.CharField(max_length=6)),
                ('text', models.TextField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('interrupted', models.BooleanField(default=False)),
                ('call', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='transcript', to='calls.call')),
            ],
            options={
                'ordering': ['started_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('to', models.CharField(max_length=330)),
                ('asked', models.CharField(editable=False, max_length=330)),
                ('headers', models.JSONField(blank=True, default=dict, editable=False)),
                ('mode', models.CharField(max_length=4)),
                ('status', models.CharField(default='requested', max_length=9)),
                ('code', models.CharField(blank=True, max_length=32)),
                ('message', models.CharField(blank=True, max_length=500)),
                ('sip_status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('recording_stopped', models.BooleanField(default=False)),
                ('requested_at', models.DateTimeField()),
                ('dialed_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
            options={
                'ordering': ['requested_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='UsageDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('number', voxa.core.number_fields.NumberField(blank=True, max_length=80)),
                ('direction', models.CharField(max_length=8)),
                ('outcome', models.CharField(max_length=11)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('seconds', models.PositiveBigIntegerField(default=0)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'usage record',
                'verbose_name_plural': 'usage records',
                'ordering': ['-day', 'number'],
            },
        ),
        migrations.AddIndex(
            model_name='agenttest',
            index=models.Index(fields=['agent', '-created_at', '-id'], name='agent_test_list'),
        ),
        migrations.AddIndex(
            model_name='agenttest',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['workspace', 'expires_at'], name='agent_test_live'),
        ),
        migrations.AddConstraint(
            model_name='agenttest',
            constraint=models.CheckConstraint(condition=models.Q(('medium__in', ['voice', 'text'])), name='agent_test_medium'),
        ),
        migrations.AddIndex(
            model_name='alertnotification',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['next_attempt_at'], name='alert_notification_due'),
        ),
        migrations.AddConstraint(
            model_name='alertnotification',
            constraint=models.UniqueConstraint(fields=('alert', 'channel', 'of_end'), name='alert_notification_once'),
        ),
        migrations.AddConstraint(
            model_name='alertnotification',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'slack'])), name='alert_notification_channel'),
        ),
        migrations.AddConstraint(
            model_name='alertnotification',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'sent', 'failed'])), name='alert_notification_status'),
        ),
        migrations.AddIndex(
            model_name='alertrule',
            index=models.Index(fields=['workspace', '-created_at', '-id'], name='alert_rule_list'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['answer_rate', 'no_worker', 'spend', 'webhook', 'drift'])), name='alert_rule_kind'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['workspace', '-started_at', '-id'], name='alert_list'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['-started_at', '-id'], name='alert_newest'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('rule',), name='alert_open_once'),
        ),
        migrations.AddIndex(
            model_name='callanalysis',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['due_at'], name='analysis_due'),
        ),
        migrations.AddConstraint(
            model_name='callanalysis',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'done', 'failed'])), name='analysis_status'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('told_at__isnull', True)), fields=['started_at'], name='conversation_to_tell'),
        ),
        migrations.AddIndex(
            model_name='reception',
            index=models.Index(condition=models.Q(('status', 'done'), _negated=True), fields=['requested_at'], name='reception_waits'),
        ),
        migrations.AddConstraint(
            model_name='reception',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'under_way', 'done'])), name='reception_status'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['workspace', '-created_at', '-id'], name='call_list'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['-created_at', '-id'], name='call_newest'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['workspace', 'status', '-created_at', '-id'], name='call_list_status'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['workspace', 'direction', '-created_at', '-id'], name='call_list_direction'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['workspace', 'to_number', '-created_at', '-id'], name='call_to'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['workspace', 'from_number', '-created_at', '-id'], name='call_from'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['trunk', '-created_at', '-id'], name='call_list_trunk'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['agent', '-created_at', '-id'], name='call_list_agent'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['number', '-created_at', '-id'], name='call_list_number'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('duration_seconds__isnull', False)), fields=['workspace', 'duration_seconds'], name='call_duration'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('reason', ''), _negated=True), fields=['reason', '-created_at', '-id'], name='call_list_reason'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('sip_status_code__isnull', False)), fields=['sip_status_code', '-created_at', '-id'], name='call_list_sip_code'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['room_name'], name='call_room'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('sip_call_id', ''), _negated=True), fields=['sip_call_id'], name='call_sip_call_id'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('livekit_call_id', ''), _negated=True), fields=['livekit_call_id'], name='call_livekit_call_id'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('answered_at__isnull', False), ('direction', 'outbound')), fields=['workspace', 'answered_at'], name='call_spend'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('third_party_since__isnull', False)), fields=['workspace', 'third_party_since'], name='call_third_party'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('spend_reserved__isnull', False), ('status', 'in_progress')), fields=['workspace'], name='call_under_spend_limit'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('status', 'queued')), fields=['due_at'], name='call_due'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('not_after__isnull', False), ('status', 'queued')), fields=['not_after'], name='call_lapses'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('status__in', ['dialing', 'in_progress', 'ringing'])), fields=['trunk', 'leased_until'], name='call_live'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'dialing', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled'])), name='call_status'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['outbound', 'inbound'])), name='call_direction'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('sip_call_id', ''), _negated=True), fields=['sip_call_id'], name='attempt_sip_call_id'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('livekit_call_id', ''), _negated=True), fields=['livekit_call_id'], name='attempt_livekit_call_id'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='attempt_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['dialing', 'ringing', 'answered', 'ended', 'failed', 'canceled', 'unknown'])), name='attempt_status'),
        ),
        migrations.AddIndex(
            model_name='donotcall',
            index=models.Index(fields=['workspace', '-created_at', '-id'], name='do_not_call_list'),
        ),
        migrations.AddIndex(
            model_name='donotcall',
            index=models.Index(fields=['-created_at', '-id'], name='do_not_call_newest'),
        ),
        migrations.AddConstraint(
            model_name='donotcall',
            constraint=models.UniqueConstraint(fields=('workspace', 'number'), name='do_not_call_once', violation_error_message='This number is already on the list.'),
        ),
        migrations.AddConstraint(
            model_name='donotcall',
            constraint=models.CheckConstraint(condition=models.Q(('listed_by__in', ['', 'person', 'file', 'api'])), name='do_not_call_listed_by'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['call', 'at', 'id'], name='event_timeline'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(condition=models.Q(('once__isnull', False)), fields=('call', 'type', 'once'), name='event_once'),
        ),
        migrations.AddIndex(
            model_name='livekitevent',
            index=models.Index(condition=models.Q(('ingested_at__isnull', True)), fields=['received_at'], name='event_to_ingest'),
        ),
        migrations.AddIndex(
            model_name='livekitevent',
            index=models.Index(fields=['room_name'], name='event_room'),
        ),
        migrations.AddIndex(
            model_name='livekitevent',
            index=models.Index(fields=['-received_at', '-id'], name='event_newest'),
        ),
        migrations.AddConstraint(
            model_name='livekitevent',
            constraint=models.UniqueConstraint(fields=('project', 'event_id'), name='livekit_event_once'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['workspace', '-created_at', '-id'], name='recording_list'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['-created_at', '-id'], name='recording_newest'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['status', '-created_at', '-id'], name='recording_list_status'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('status__in', ['starting', 'recording'])), fields=['updated_at'], name='recording_open'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('call__isnull', True)), fields=['due_at'], name='recording_to_delete'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['room_name'], name='recording_room'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(fields=('call', 'part'), name='recording_part_once'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['starting', 'recording', 'saved', 'failed'])), name='recording_status'),
        ),
        migrations.AddConstraint(
            model_name='toolrun',
            constraint=models.UniqueConstraint(fields=('call', 'request_id'), name='tool_run_once'),
        ),
        migrations.AddConstraint(
            model_name='toolrun',
            constraint=models.UniqueConstraint(fields=('agent_test', 'request_id'), name='tool_run_of_test_once'),
        ),
        migrations.AddConstraint(
            model_name='toolrun',
            constraint=models.CheckConstraint(condition=models.Q(('call__isnull', True), ('agent_test__isnull', True), _connector='XOR'), name='tool_run_of_one'),
        ),
        migrations.AddConstraint(
            model_name='toolrun',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'under_way', 'done'])), name='tool_run_status'),
        ),
        migrations.AddIndex(
            model_name='transcriptitem',
            index=models.Index(fields=['call', 'started_at', 'id'], name='transcript_order'),
        ),
        migrations.AddConstraint(
            model_name='transcriptitem',
            constraint=models.CheckConstraint(condition=models.Q(('speaker__in', ['agent', 'caller'])), name='transcript_speaker'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('status__in', ['requested', 'under_way'])), fields=['requested_at'], name='transfer_open'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'under_way', 'completed', 'failed', 'unknown'])), name='transfer_status'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['requested', 'under_way'])), fields=('call',), name='transfer_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='usageday',
            index=models.Index(fields=['-day', '-id'], name='usage_newest'),
        ),
        migrations.AddConstraint(
            model_name='usageday',
            constraint=models.UniqueConstraint(fields=('workspace', 'day', 'number', 'direction', 'outcome'), name='usage_day_once'),
        ),
    ]
