package app.authz.sub
import data.app.authz
x := lower(input.a) if authz.allow
