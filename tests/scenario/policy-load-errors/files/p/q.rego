package b

q contains 1 if
