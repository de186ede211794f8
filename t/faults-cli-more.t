#!/usr/bin/perl

# The other half of faults-cli.t, beside it: see there.

use strict;
use warnings;

use FindBin;

our $others = 1;

do "$FindBin::Bin/faults-cli.t";
die $@ if $@;
