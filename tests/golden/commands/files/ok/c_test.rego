package c_test

test_one if data.c.cond with input as {"a": 1, "b": 2}

test_two if not data.c.cond with input as {"a": 1}
