;; `describe` with another type.
(component
  (core module $module (func (export "describe") (result i32) i32.const 7))
  (core instance $core (instantiate $module))
  (func $describe (result u32) (canon lift (core func $core "describe")))
  (instance $channel (export "describe" (func $describe)))
  (export "helpdesk:channel/messenger-channel@0.1.0" (instance $channel)))
