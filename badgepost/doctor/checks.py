"""Every check that doctor makes, in the order in which they are shown. docs/doctor.md explains each."""

from badgepost.doctor.bounce_loop import check_bounce_loop
from badgepost.doctor.configured import check_base_url, check_freemail, check_settings
from badgepost.doctor.database import check_fence, check_integrity
from badgepost.doctor.listener_tls import check_listener_tls
from badgepost.doctor.machine import check_clock, check_disk, check_pulses, check_stuck
from badgepost.doctor.mails import check_links, check_templates, check_unsubscribe, check_wire_form
from badgepost.doctor.next_hop import check_relay
from badgepost.doctor.pages import check_one_click, check_web
from badgepost.doctor.policies import check_alignment, check_dmarc_record, check_spf_record
from badgepost.doctor.programme import check_linkedin, check_rules, check_webhooks
from badgepost.doctor.quick import check_database, make_quick
from badgepost.doctor.results import Check
from badgepost.doctor.routes import check_mx, check_ptr
from badgepost.doctor.secret_files import check_secrets
from badgepost.doctor.signatures import check_dkim

SETTINGS = "Settings"
MACHINE = "Database and machine"
QUEUE = "Processes and queue"
MAILS = "The mails themselves"
PAGES = "The pages"
OUT = "The way out"
BACK = "The way back"

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
        Check("webhooks", QUEUE, check_webhooks),
        Check("wire-form", MAILS, check_wire_form),
        Check("links", MAILS, check_links),
        Check("unsubscribe", MAILS, check_unsubscribe),
        Check("templates", MAILS, check_templates),
        Check("linkedin", MAILS, check_linkedin),
        Check("web", PAGES, check_web, asks_network=True),
        Check("one-click", PAGES, check_one_click, asks_network=True),
        Check("relay", OUT, check_relay, asks_network=True),
        Check("dkim", OUT, check_dkim),
        Check("spf", OUT, check_spf_record, asks_network=True),
        Check("dmarc", OUT, check_dmarc_record, asks_network=True),
        Check("alignment", OUT, check_alignment, asks_network=True),
        Check("ptr", OUT, check_ptr, asks_network=True),
        Check("mx", BACK, check_mx, asks_network=True),
        Check("listener", BACK, make_quick("listener")),
        Check("listener-tls", BACK, check_listener_tls),
        Check("bounce-loop", BACK, check_bounce_loop, asks_network=True),
        Check("rules", BACK, check_rules),
    )
}
