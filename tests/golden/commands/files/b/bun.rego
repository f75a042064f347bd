package bun

allow if data.sub.level > 1
