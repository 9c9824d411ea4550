;; More tables than a channel gets.
(component
  (core module $module
    (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)
    (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref))
  (core instance (instantiate $module))
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
