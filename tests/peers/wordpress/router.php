<?php
// What a web server's rewrite rules do for WordPress: files as they are, everything else to index.php.
$root = __DIR__ . '/wp';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file($root . $path)) {
    return false;
}
$index = rtrim($root . $path, '/') . '/index.php';
if ($path !== '/' && is_file($index)) {
    chdir(dirname($index));
    require $index;
    return true;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
chdir($root);
require $root . '/index.php';
