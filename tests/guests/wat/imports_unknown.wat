;; Wants something that this host has never heard of.
(component
  (import "acme:telemetry/upload@1.0.0" (instance))
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
