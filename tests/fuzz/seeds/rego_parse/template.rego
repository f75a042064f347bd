package a

p := $"a{input.x}\{b{f(1)}"
q := $`x
{1}`
