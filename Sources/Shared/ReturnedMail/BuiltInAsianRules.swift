/// Built-in rules about notices in the languages of eastern Asia.
///
/// How a notice is called, where the addresses stand, full, unknown.
/// For notices of servers that speak to their own people and quote nothing of the message.
let builtInAsianRules = #"""
    # Japanese.
    recipients failed: 届けることができませんでした
    text failure: 届けることができませんでした
    subject failure: 配信不能
    subject failure: 送信できませんでした
    subject failure: 配信できませんでした
    subject failure: 配信エラー
    subject failure: 送信エラー
    subject failure: メールは送信できません
    subject failure: 未達
    subject failure: 不達通知
    subject failure: エラー通知
    subject failure: 配送できません
    recipients failed: 送信に失敗しました
    text failure: 送信に失敗しました
    recipients failed: 配信できませんでした
    text failure: 配信できませんでした
    recipients failed: 送信できませんでした
    text failure: 送信できませんでした
    recipients failed: 配信に失敗しました
    text failure: 配信に失敗しました
    recipients failed: 届けることができません
    text failure: 届けることができません
    recipients failed: お届けできませんでした
    text failure: お届けできませんでした
    recipients failed: 配送できませんでした
    text failure: 配送できませんでした
    recipients failed: 配信されませんでした
    text failure: 配信されませんでした
    recipients failed: 届きませんでした
    text failure: 届きませんでした
    reason mailbox-full: メールボックスの容量
    reason mailbox-full: メールボックスが一杯
    reason mailbox-full: メールボックスが満杯
    reason mailbox-full: 受信ボックスがいっぱい
    reason mailbox-full: 容量を超え
    reason mailbox-unknown: ユーザーが見つかりません
    reason mailbox-unknown: ユーザが見つかりません
    reason mailbox-unknown: ユーザーは存在しません
    reason mailbox-unknown: ユーザは存在しません
    reason mailbox-unknown: ユーザーが存在しません
    reason mailbox-unknown: ユーザが存在しません
    reason mailbox-unknown: 宛先が見つかりません
    reason mailbox-unknown: 宛先が存在しません
    reason mailbox-unknown: 宛先不明
    reason mailbox-unknown: 宛先アドレスが存在しません
    reason mailbox-unknown: アドレスが存在しません
    reason mailbox-unknown: アドレスは存在しません
    reason mailbox-unknown: メールアドレスが見つかりません
    reason mailbox-unknown: メールアドレスが存在しません
    reason mailbox-unknown: メールアドレスは存在しません
    reason mailbox-unknown: メールボックスが存在しません
    reason mailbox-unknown: メールボックスがありません
    reason mailbox-unknown: 受信者が見つかりません
    reason mailbox-unknown: 受信者が存在しません
    reason mailbox-unknown: 該当するアドレスがありません
    # Chinese, simplified.
    subject failure: 邮件发送失败
    subject failure: 退信通知
    subject failure: 投递失败
    subject failure: 发送失败
    subject failure: 邮件未送达
    subject failure: 无法投递
    subject failure: 无法送达
    subject failure: 退回
    subject failure: 投递状态通知
    recipients failed: 无法送达
    text failure: 无法送达
    recipients failed: 投递失败
    text failure: 投递失败
    recipients failed: 发送失败
    text failure: 发送失败
    recipients failed: 无法投递
    text failure: 无法投递
    recipients failed: 未能送达
    text failure: 未能送达
    recipients failed: 未能发送到
    text failure: 未能发送到
    recipients failed: 未能投递
    text failure: 未能投递
    recipients failed: 无法发送到
    text failure: 无法发送到
    recipients failed: 无法发送给
    text failure: 无法发送给
    recipients failed: 被退回
    text failure: 被退回
    reason mailbox-full: 邮箱空间不足
    reason mailbox-full: 邮箱容量已满
    reason mailbox-full: 收件箱已满
    reason mailbox-full: 超出邮箱容量
    reason mailbox-full: 对方邮箱已满
    reason mailbox-full: 空间已满
    reason mailbox-unknown: 邮箱不存在
    reason mailbox-unknown: 地址不存在
    reason mailbox-unknown: 帐号不存在
    reason mailbox-unknown: 账号不存在
    reason mailbox-unknown: 账户不存在
    reason mailbox-unknown: 帐户不存在
    reason mailbox-unknown: 用户名不存在
    reason mailbox-unknown: 不存在该用户
    reason mailbox-unknown: 没有此用户
    reason mailbox-unknown: 无此用户
    reason mailbox-unknown: 查无此人
    reason mailbox-unknown: 未知用户
    reason mailbox-unknown: 收件人地址不存在
    reason mailbox-unknown: 该用户不存在
    reason mailbox-unknown: 邮箱地址不存在
    reason mailbox-unknown: 找不到用户
    reason mailbox-unknown: 找不到收件人
    reason mailbox-unknown: 帐号已停用
    reason mailbox-unknown: 账号已停用
    reason mailbox-unknown: 用户被禁用
    # Chinese, traditional.
    subject failure: 無法傳送
    recipients failed: 無法傳送
    text failure: 無法傳送
    subject failure: 退信
    subject failure: 郵件退回
    subject failure: 無法傳遞
    subject failure: 無法投遞
    subject failure: 寄送失敗
    subject failure: 傳送失敗
    subject failure: 無法送達
    subject failure: 郵件無法寄達
    recipients failed: 無法送達
    text failure: 無法送達
    recipients failed: 無法投遞
    text failure: 無法投遞
    recipients failed: 無法傳遞
    text failure: 無法傳遞
    recipients failed: 寄送失敗
    text failure: 寄送失敗
    recipients failed: 傳送失敗
    text failure: 傳送失敗
    recipients failed: 無法寄達
    text failure: 無法寄達
    recipients failed: 未能送達
    text failure: 未能送達
    recipients failed: 無法寄送
    text failure: 無法寄送
    reason mailbox-full: 信箱已滿
    reason mailbox-full: 信箱空間不足
    reason mailbox-full: 郵箱已滿
    reason mailbox-full: 信箱容量已滿
    reason mailbox-unknown: 使用者不存在
    reason mailbox-unknown: 收件者不存在
    reason mailbox-unknown: 用戶不存在
    reason mailbox-unknown: 信箱不存在
    reason mailbox-unknown: 帳號不存在
    reason mailbox-unknown: 找不到使用者
    reason mailbox-unknown: 找不到收件者
    reason mailbox-unknown: 查無此人
    reason mailbox-unknown: 無此使用者
    reason mailbox-unknown: 無此帳號
    reason mailbox-unknown: 無此信箱
    reason mailbox-unknown: 未知的使用者
    reason mailbox-unknown: 查無此使用者
    # Korean.
    subject failure: 반송 메일
    recipients failed: 보내지 못했습니다
    text failure: 보내지 못했습니다
    recipients failed: 반송되었습니다
    text failure: 반송되었습니다
    subject failure: 배달 실패
    subject failure: 전송 실패
    subject failure: 전달 실패
    subject failure: 발송 실패
    subject failure: 배달되지 않음
    subject failure: 배달 불가
    subject failure: 반송
    subject failure: 메일이 반송
    subject failure: 전송되지 않음
    subject failure: 배달되지 못함
    recipients failed: 전송하지 못했습니다
    text failure: 전송하지 못했습니다
    recipients failed: 전달되지 못했습니다
    text failure: 전달되지 못했습니다
    recipients failed: 배달되지 못했습니다
    text failure: 배달되지 못했습니다
    recipients failed: 배달하지 못했습니다
    text failure: 배달하지 못했습니다
    recipients failed: 전송되지 않았습니다
    text failure: 전송되지 않았습니다
    recipients failed: 배달되지 않았습니다
    text failure: 배달되지 않았습니다
    recipients failed: 전달하지 못했습니다
    text failure: 전달하지 못했습니다
    recipients failed: 전달할 수 없습니다
    text failure: 전달할 수 없습니다
    recipients failed: 보낼 수 없습니다
    text failure: 보낼 수 없습니다
    recipients failed: 전송에 실패
    text failure: 전송에 실패
    recipients failed: 전달되지 않았습니다
    text failure: 전달되지 않았습니다
    reason mailbox-full: 메일함이 가득
    reason mailbox-full: 메일함 용량
    reason mailbox-full: 편지함이 가득
    reason mailbox-full: 용량이 초과
    reason mailbox-full: 받은 편지함이 꽉
    reason mailbox-unknown: 존재하지 않는 사용자
    reason mailbox-unknown: 사용자가 존재하지 않습니다
    reason mailbox-unknown: 사용자가 존재하지
    reason mailbox-unknown: 존재하지 않는 수신자
    reason mailbox-unknown: 존재하지 않는 메일
    reason mailbox-unknown: 존재하지 않는 주소
    reason mailbox-unknown: 존재하지 않는 이메일
    reason mailbox-unknown: 존재하지 않는 계정
    reason mailbox-unknown: 수신자를 찾을 수 없습니다
    reason mailbox-unknown: 사용자를 찾을 수 없습니다
    reason mailbox-unknown: 주소를 찾을 수 없습니다
    reason mailbox-unknown: 수신자가 존재하지
    reason mailbox-unknown: 주소가 존재하지
    reason mailbox-unknown: 계정이 존재하지
    reason mailbox-unknown: 메일 계정이 존재하지
    reason mailbox-unknown: 알 수 없는 사용자
    reason mailbox-unknown: 없는 사용자
    reason mailbox-unknown: 휴면 계정
    """#
