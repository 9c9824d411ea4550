;; Wants the network.
(component
  (import "wasi:sockets/instance-network@0.2.0" (instance))
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
