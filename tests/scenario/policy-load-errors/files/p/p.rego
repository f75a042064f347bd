package a

p {{ true }}
