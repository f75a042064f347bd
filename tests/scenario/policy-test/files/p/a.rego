package a

allow if input.x == 1

deny contains sprintf("bad %d", [i]) if some i in [1, 2]
