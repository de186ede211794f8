#!/usr/bin/perl

# gate-rewrite.t, asked over HTTP/2.

use strict;
use warnings;

use Login::Test;


Login::Test::over_http2('gate-rewrite.t');
