;; Implements a contract that does not exist yet.
(component
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@9.9.9" (instance $channel)))
