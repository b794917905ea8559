# Swift Testing's output without what passed: failures, skipped tests, prints and the closing line are left.
# What goes goes with all lines of its name: up to the end of its sentence, or where a line begins with another sign.
:top
/^\[[0-9]+\/[0-9]+\] /d
/^✔ Test run with/b
/^(◇|✔)/{
    :more
    /^◇.*started\.$/d
    /^◇ Passing .* to [^\n]*$/d
    /^✔.* seconds[^\n]*\.$/d
    N
    /\n(◇|✔|✘|➜|↳)[^\n]*$/{
        s/.*\n//
        b top
    }
    b more
}
