package a_test

import data.a

test_ok if a.allow with input as {"x": 1}

test_bad if a.allow
