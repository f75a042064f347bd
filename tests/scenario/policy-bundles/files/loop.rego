package p
r if { x = data.q; x = y.a; x = y.b; x = y.c; y = x.d; y = x.e }
