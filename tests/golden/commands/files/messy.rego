package messy
import rego.v1
p:=1
q  if   { input.x==1;   input.y == 2 }
r[x]:=y if { some x,y in {"a":1} }
