-- KumoMTA behind badgepost, the way out: takes signed mail on the loopback, shapes it by receiver, and reports what
-- failed to badgepost's listener. A sketch after KumoMTA's reference manual: no line of it was run by us, unlike
-- deploy/postfix. Not in it: mail from the world (leave that to Postfix or another MX), DANE and MTA-STS, a second node.
local kumo = require 'kumo'
local log_hooks = require 'policy-extras.log_hooks'

local OWN_DOMAIN = 'badgepost.example'
local HOST = 'mx.badgepost.example'

kumo.on('init', function()
  -- `flush`: a 250 then means that the mail is on disk. Without it (the default, and what makes KumoMTA fast) a power
  -- cut loses mail that badgepost has counted as sent.
  for _, name in ipairs { 'data', 'meta' } do
    kumo.define_spool { name = name, path = '/var/spool/kumomta/' .. name, kind = 'RocksDB', flush = true }
  end
  kumo.configure_local_logs { log_dir = '/var/log/kumomta' }
  -- badgepost's `relays`: host = "127.0.0.1", port = 10587, tls = "none". What comes here is DKIM-signed: sign nothing,
  -- change nothing, and let no field be added but Received.
  kumo.start_esmtp_listener {
    listen = '127.0.0.1:10587',
    hostname = HOST,
    relay_hosts = { '127.0.0.1' },
    max_message_size = 26214400,
    trace_headers = { received_header = true, supplemental_header = false },
  }
end)

-- KumoMTA reports nothing by itself: without this hook badgepost never learns that an address is wrong.
log_hooks:new_disposition_hook {
  name = 'badgepost_reports',
  hook = function(msg, record)
    local report = kumo.generate_rfc3464_message({
      include_original_message = 'HeadersOnly',
      enable_bounce = true,
      enable_expiration = true,
      reporting_mta = { mta_type = 'dns', name = HOST },
    }, msg, record)
    if report then
      kumo.inject_message(report)
    end
  end,
}

kumo.on('get_queue_config', function(domain)
  if domain == OWN_DOMAIN then
    -- To the listener (listener.protocol = "smtp").
    return kumo.make_queue_config { protocol = { smtp = { mx_list = { 'localhost:2525' } } } }
  end
  return kumo.make_queue_config { retry_interval = '5m', max_retry_interval = '4h', max_age = '3d' }
end)

-- By where a domain's mail is hosted, not by its name: thousands of domains lie with one large receiver.
kumo.on('get_egress_path_config', function(_, _, site)
  if site:find('bigmail', 1, true) then
    return kumo.make_egress_path { connection_limit = 4, max_message_rate = '20/s', max_deliveries_per_connection = 100 }
  end
  return kumo.make_egress_path { connection_limit = 10 }
end)
