;; Two core modules with a memory each: the memory limit would hold for each of them.
(component
  (core module $module (memory (export "memory") 1))
  (core instance $first (instantiate $module))
  (core instance $second (instantiate $module))
  (instance $channel)
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
