<?php // Says what reaches PHP: its variables and the checksum of the body.
header('Content-Type: text/plain');
foreach ($_SERVER as $name => $value) if (is_string($value)) echo "$name=$value\n";
echo 'BODY=' . hash('sha256', file_get_contents('php://input')) . "\n";
