from django.db import migrations, models

import core.locks


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_attention_by_revenue"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="order", name="order_identity_locked"),
        migrations.AddField(
            model_name="order",
            name="is_test",
            field=models.BooleanField(
                default=False, help_text="a trial: kept apart from lists and totals, never rewarded"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=core.locks.LockedOnceSet(
                along=("currency", "source", "is_test"),
                field="order_id",
                name="order_identity_locked",
                version=2,
                violation_error_code="locked",
                violation_error_message="An order's id, currency and source never change.",
            ),
        ),
    ]
