package a
p if { time.now_ns() > 1; walk(input, [x, y]); y; x }
