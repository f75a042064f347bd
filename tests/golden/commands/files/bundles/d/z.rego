package zz
p { true }
