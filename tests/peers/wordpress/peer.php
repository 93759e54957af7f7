<?php
// The only thing in which this WordPress differs from a fresh one: it sends no mail, and a stranger need not wait
// 15 seconds between two comments unless a test says so (option peer_flood).
function wp_mail() { return true; }
add_filter('comment_flood_filter', fn($blocked, $last, $now) => get_option('peer_flood') ? $blocked : false, 20, 3);
