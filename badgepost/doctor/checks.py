"""Every check that doctor makes, in the order in which they are shown. docs/doctor.md explains each."""

from badgepost.doctor.configured import check_base_url, check_freemail, check_settings
from badgepost.doctor.database import check_fence, check_integrity
from badgepost.doctor.machine import check_clock, check_disk, check_pulses, check_stuck
from badgepost.doctor.quick import check_database, make_quick
from badgepost.doctor.results import Check
from badgepost.doctor.secret_files import check_secrets

SETTINGS = "Settings"
MACHINE = "Database and machine"
QUEUE = "Processes and queue"

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("settings", SETTINGS, check_settings),
        Check("base-url", SETTINGS, check_base_url),
        Check("secrets", SETTINGS, check_secrets),
        Check("freemail", SETTINGS, check_freemail),
        Check("database", MACHINE, check_database),
        Check("integrity", MACHINE, check_integrity),
        Check("fence", MACHINE, check_fence),
        Check("disk", MACHINE, check_disk),
        Check("clock", MACHINE, check_clock),
        Check("workers", QUEUE, make_quick("workers")),
        Check("pulses", QUEUE, check_pulses),
        Check("relays", QUEUE, make_quick("relays")),
        Check("queue", QUEUE, make_quick("queue")),
        Check("incoming", QUEUE, make_quick("incoming")),
        Check("stuck", QUEUE, check_stuck),
    )
}
