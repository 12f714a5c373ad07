<?php // A front controller: answers for all addresses of its folder.
require __DIR__ . '/../php/index.php';
echo "FRONT=1\n";
