;; The interface by name, without its functions.
(component
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
