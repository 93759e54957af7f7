<?php
// WordPress's own side for the tests, past every API: what stands in its tables, and what an editor does in wp-admin.
// php side.php COMMAND [ARGUMENT...], answers in JSON.
[$command, $args] = [$argv[1], array_slice($argv, 2)];
if ($command === 'install') {
    define('WP_INSTALLING', true);
}
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REMOTE_ADDR' => '127.0.0.1'];
require __DIR__ . '/wp/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

function install(): string
{
    if (!is_blog_installed()) {
        wp_install('Peer', 'admin', 'admin@example.test', true, '', 'adminpw');
        update_option('permalink_structure', '/%postname%/');
        update_option('comment_moderation', '1');
        update_option('comment_previously_approved', '0');
    }
    switch_theme('twentytwentyone');
    return application_password('admin');
}

function application_password(string $login): string
{
    $user = get_user_by('login', $login);
    WP_Application_Passwords::delete_all_application_passwords($user->ID);
    return WP_Application_Passwords::create_new_application_password($user->ID, ['name' => 'Hubbub'])[0];
}

function member(string $login, string $role): string
{
    if (!get_user_by('login', $login)) {
        wp_insert_user(['user_login' => $login, 'user_pass' => wp_generate_password(), 'user_email' => "$login@example.test", 'role' => $role]);
    }
    return application_password($login);
}

function comments(): array
{
    global $wpdb;
    return $wpdb->get_results('SELECT comment_ID+0 id, comment_post_ID+0 post, comment_parent+0 parent, comment_author author,
        comment_content text, comment_approved state, comment_agent agent, user_id+0 user FROM wp_comments ORDER BY comment_ID');
}

/** As many strangers' comments as asked for, straight into the table, dated as WordPress would. */
function strangers(int $post, int $many, string $state): array
{
    $made = [];
    for ($i = 1; $i <= $many; $i++) {
        $made[] = wp_insert_comment(['comment_post_ID' => $post, 'comment_author' => "Stranger $i", 'comment_author_email' => "stranger$i@example.test",
            'comment_content' => "Comment number $i about acme", 'comment_approved' => $state, 'comment_author_IP' => '192.0.2.7']);
    }
    return $made;
}

function reset_all(): array
{
    global $wpdb;
    foreach (['comments', 'commentmeta'] as $table) {
        $wpdb->query("DELETE FROM wp_$table");
    }
    foreach (get_posts(['numberposts' => -1, 'post_type' => ['post', 'page', 'attachment'], 'post_status' => 'any']) as $post) {
        wp_delete_post($post->ID, true); // of an attachment: its file, too
    }
    delete_option('peer_flood');
    foreach (['comment_moderation' => '1', 'require_name_email' => '1', 'comment_registration' => '0'] as $name => $value) {
        update_option($name, $value);
    }
    return ['post' => article('Acme opens a second bakery')];
}

/** As after a fresh installation, so that recorded answers have the same numbers each time. */
function renumber(): array
{
    global $wpdb;
    reset_all();
    foreach (['comments', 'commentmeta', 'posts', 'postmeta'] as $table) {
        $wpdb->query("TRUNCATE wp_$table");
    }
    wp_cache_flush();
    return ['post' => article('Acme opens a second bakery')];
}

function article(string $title): int
{
    return wp_insert_post(['post_title' => $title, 'post_content' => 'Bread for everyone.', 'post_status' => 'publish', 'comment_status' => 'open', 'post_author' => 1]);
}

$answer = match ($command) {
    'install' => install(),
    'comments' => comments(),
    'strangers' => strangers((int) $args[0], (int) $args[1], $args[2] ?? '0'),
    'reset' => reset_all(),
    'renumber' => renumber(),
    'close' => wp_update_post(['ID' => (int) $args[0], 'comment_status' => 'closed']),
    'article' => article($args[0]),
    'member' => member($args[0], $args[1]),
    'state' => wp_set_comment_status((int) $args[0], $args[1]),
    'edit' => wp_update_comment(['comment_ID' => (int) $args[0], 'comment_content' => $args[1]]),
    'delete' => wp_delete_comment((int) $args[0], true),
    'option' => update_option($args[0], $args[1]),
};
echo $command === 'install' ? $answer : json_encode($answer);
