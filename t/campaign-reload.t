#!/usr/bin/perl

# scripts/campaign-reload in small, with an upgrade of the binary and one
# that is rolled back.  Case N03.

use strict;
use warnings;

use Login::Campaign;
use Login::Test;


passes('reload', 5, 2);

done_testing;
