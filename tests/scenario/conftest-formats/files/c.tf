terraform {
  required_version = ">= 1.0"
}
locals { a = 1 }
locals { b = [1, 2.5, "x", true, null, -3, !true, var.x] }
resource "aws_s3_bucket" "b" {
  bucket = "x-${var.env}-y"
  tags = {
    Name = "a"
    (var.k) = 1
    "q.${var.z}" = 2, foo.bar = 3
    1 = 2
  }
  count = var.a ? 1 : 0
  c2 = "pre-${var.a ? "b" : "c"}"
  f = merge(local.x, { a = 1 })
  for1 = [for k, v in var.l : upper(v) if v != ""]
  for2 = { for k, v in var.l : k => v... }
  h = <<-EOT
    line ${a.b}
      two
    EOT
  h2 = <<EOF
raw "x" \n $${no}
EOF
  wrap = "${var.only}"
  num = "${5}"
  esc = "a\tb \"q\" $${x} %%{y} \u00e9"
  dir = "%{ if x ~} yes %{ else }no%{ endif }"
  idx = var.a[0].b[*].c.*.d
  op = 1 + 2 * 3
  par = (1 + 2)
  par2 = (
    1
  )
  empty = {}
  el = []
  big = 12345678901234567890
  e = 1e3
  neg = -var.x
  nested = [{ a = [1,
     2] }]
  dynamic "x" {
    for_each = var.y
    content { z = x.value }
  }
  block {}
  block { a = 1 }
}
