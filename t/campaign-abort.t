#!/usr/bin/perl

# scripts/campaign-abort in small.  Case N04.

use strict;
use warnings;

use Login::Campaign;
use Login::Test;


passes('abort', 200);

done_testing;
