<?php
// PHPMailer. Usage: php phpmailer.php LETTERS.JSON OUT
require '/usr/share/php/libphp-phpmailer/autoload.php';

[, $source, $out] = $argv;
foreach (json_decode(file_get_contents($source)) as $letter) {
    $mail = new PHPMailer\PHPMailer\PHPMailer(true);
    $mail->CharSet = 'UTF-8';
    $mail->setFrom($letter->from->address, $letter->from->name);
    foreach ($letter->to as $person) $mail->addAddress($person->address, $person->name);
    foreach ($letter->cc as $person) $mail->addCC($person->address, $person->name);
    $mail->Subject = $letter->subject;
    $mail->MessageDate = $letter->date;
    $mail->MessageID = "<{$letter->number}.php@example.org>";
    if ($letter->html) {
        $mail->isHTML();
        $mail->Body = $letter->html;
        $mail->AltBody = $letter->text;
    } else {
        $mail->Body = $letter->text;
    }
    foreach ($letter->files as $file) $mail->addAttachment(dirname($source) . '/' . $file->path, $file->name, 'base64', $file->type);
    $mail->preSend();
    file_put_contents("$out/{$letter->number}.eml", $mail->getSentMIMEMessage());
}
