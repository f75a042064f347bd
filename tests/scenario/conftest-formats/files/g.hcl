a = 1
b = "x ${foo("q")}"
c { d = [1, {e = 2}] }
c { f = 1.5 }
r "x" "y" { z = { w = 1 } }
r "x" "z" { q = true }
h = <<EOF
foo
EOF
