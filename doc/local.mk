dist_man_MANS += doc/shepd.8 doc/shepctl.8 doc/shepd.conf.5 doc/shepsim.1
EXTRA_DIST += doc/ARCHITECTURE.md doc/HACKING.md doc/TRAPS.md doc/VERIFIER.md doc/FUZZING.md
