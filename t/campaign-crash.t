#!/usr/bin/perl

# scripts/campaign-crash in small: nginx is killed, and what was acknowledged
# must be there.

use strict;
use warnings;

use Login::Campaign;
use Login::Test;


passes('crash', 8);

done_testing;
