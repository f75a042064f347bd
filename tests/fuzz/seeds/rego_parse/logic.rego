package a
import future.keywords

p if { a and { b; c } or not { d } with input as {} }
q if { ({x | x := 1}) and (not y or z) }
