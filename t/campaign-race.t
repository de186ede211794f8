#!/usr/bin/perl

# scripts/campaign-race in small: each race once, some more often.  Cases B06
# and B12.

use strict;
use warnings;

use Login::Campaign;
use Login::Test;


passes('race', 20);

done_testing;
