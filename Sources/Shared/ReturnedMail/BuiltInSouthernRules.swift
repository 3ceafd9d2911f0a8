/// Built-in rules about notices in the languages of the Near East, of India and of southeastern Asia.
///
/// How a notice is called, where the addresses stand, full, unknown.
/// For notices of servers that speak to their own people and quote nothing of the message.
let builtInSouthernRules = #"""
    # Arabic.
    subject failure: تعذر التسليم
    subject failure: فشل التسليم
    subject failure: لم يتم التسليم
    subject failure: لم يتم تسليم
    subject failure: تعذر تسليم
    subject failure: فشل تسليم
    subject failure: رسالة غير مسلمة
    recipients failed: تعذر تسليم
    text failure: تعذر تسليم
    recipients failed: لم يتم تسليم
    text failure: لم يتم تسليم
    recipients failed: فشل تسليم
    text failure: فشل تسليم
    recipients failed: تعذر توصيل
    text failure: تعذر توصيل
    recipients failed: لم يتم توصيل
    text failure: لم يتم توصيل
    reason mailbox-full: صندوق البريد ممتلئ
    reason mailbox-full: صندوق الوارد ممتلئ
    reason mailbox-unknown: المستخدم غير موجود
    reason mailbox-unknown: مستخدم غير معروف
    reason mailbox-unknown: المستلم غير موجود
    reason mailbox-unknown: المستلم غير معروف
    reason mailbox-unknown: العنوان غير موجود
    reason mailbox-unknown: صندوق البريد غير موجود
    reason mailbox-unknown: الحساب غير موجود
    reason mailbox-unknown: لا يوجد مستخدم
    # Hebrew.
    subject failure: לא נמסרה
    subject failure: לא ניתן למסור
    subject failure: מסירה נכשלה
    subject failure: הודעה שלא נמסרה
    subject failure: כשל במסירה
    subject failure: לא ניתנת למסירה
    recipients failed: לא ניתן למסור
    text failure: לא ניתן למסור
    recipients failed: לא ניתן היה למסור
    text failure: לא ניתן היה למסור
    recipients failed: לא נמסרה
    text failure: לא נמסרה
    recipients failed: לא נמסר
    text failure: לא נמסר
    recipients failed: מסירת ההודעה נכשלה
    text failure: מסירת ההודעה נכשלה
    reason mailbox-full: תיבת הדואר מלאה
    reason mailbox-full: התיבה מלאה
    reason mailbox-unknown: המשתמש אינו קיים
    reason mailbox-unknown: משתמש לא קיים
    reason mailbox-unknown: המשתמש לא קיים
    reason mailbox-unknown: משתמש לא ידוע
    reason mailbox-unknown: הנמען אינו קיים
    reason mailbox-unknown: הנמען לא קיים
    reason mailbox-unknown: נמען לא קיים
    reason mailbox-unknown: נמען לא ידוע
    reason mailbox-unknown: הכתובת אינה קיימת
    reason mailbox-unknown: הכתובת לא קיימת
    reason mailbox-unknown: כתובת לא קיימת
    reason mailbox-unknown: תיבת הדואר אינה קיימת
    reason mailbox-unknown: תיבת הדואר לא קיימת
    # Persian.
    subject failure: تحویل ناموفق
    subject failure: ارسال ناموفق
    subject failure: تحویل داده نشد
    recipients failed: تحویل داده نشد
    text failure: تحویل داده نشد
    recipients failed: قابل تحویل نیست
    text failure: قابل تحویل نیست
    recipients failed: ارسال نشد
    text failure: ارسال نشد
    reason mailbox-full: صندوق پستی پر است
    reason mailbox-unknown: کاربر وجود ندارد
    reason mailbox-unknown: کاربر یافت نشد
    reason mailbox-unknown: گیرنده وجود ندارد
    reason mailbox-unknown: گیرنده یافت نشد
    reason mailbox-unknown: آدرس وجود ندارد
    reason mailbox-unknown: صندوق پستی وجود ندارد
    # Thai.
    subject failure: ส่งอีเมลไม่สำเร็จ
    recipients failed: ไม่ถูกส่งถึง
    text failure: ไม่ถูกส่งถึง
    subject failure: ไม่สามารถส่ง
    subject failure: การส่งล้มเหลว
    subject failure: ส่งไม่สำเร็จ
    subject failure: ไม่สามารถนำส่ง
    subject failure: การนำส่งล้มเหลว
    recipients failed: ไม่สามารถส่ง
    text failure: ไม่สามารถส่ง
    recipients failed: ไม่สามารถจัดส่ง
    text failure: ไม่สามารถจัดส่ง
    recipients failed: ไม่สามารถนำส่ง
    text failure: ไม่สามารถนำส่ง
    recipients failed: การส่งล้มเหลว
    text failure: การส่งล้มเหลว
    recipients failed: ส่งไม่สำเร็จ
    text failure: ส่งไม่สำเร็จ
    reason mailbox-full: กล่องจดหมายเต็ม
    reason mailbox-unknown: ไม่พบผู้ใช้
    reason mailbox-unknown: ไม่มีผู้ใช้
    reason mailbox-unknown: ผู้ใช้ไม่มีอยู่
    reason mailbox-unknown: ไม่พบผู้รับ
    reason mailbox-unknown: ผู้รับไม่มีอยู่
    reason mailbox-unknown: ไม่พบที่อยู่
    reason mailbox-unknown: ที่อยู่ไม่มีอยู่
    reason mailbox-unknown: ไม่มีกล่องจดหมาย
    reason mailbox-unknown: ไม่พบกล่องจดหมาย
    reason mailbox-unknown: ไม่มีบัญชี
    # Vietnamese.
    recipients failed: không được gửi
    text failure: không được gửi
    subject failure: không gửi được
    subject failure: không thể gửi
    subject failure: gửi thất bại
    subject failure: thư bị trả lại
    subject failure: không thể chuyển
    subject failure: không phát được
    recipients failed: không thể gửi
    text failure: không thể gửi
    recipients failed: không gửi được
    text failure: không gửi được
    recipients failed: không thể chuyển
    text failure: không thể chuyển
    recipients failed: không được gửi đến
    text failure: không được gửi đến
    recipients failed: gửi không thành công
    text failure: gửi không thành công
    recipients failed: không thể phát
    text failure: không thể phát
    reason mailbox-full: hộp thư đã đầy
    reason mailbox-full: hộp thư đầy
    reason mailbox-unknown: người dùng không tồn tại
    reason mailbox-unknown: không tìm thấy người dùng
    reason mailbox-unknown: người nhận không tồn tại
    reason mailbox-unknown: không tìm thấy người nhận
    reason mailbox-unknown: địa chỉ không tồn tại
    reason mailbox-unknown: không tìm thấy địa chỉ
    reason mailbox-unknown: hộp thư không tồn tại
    reason mailbox-unknown: tài khoản không tồn tại
    reason mailbox-unknown: không có người dùng
    # Indonesian and Malay.
    subject failure: tidak terkirim
    subject failure: gagal terkirim
    subject failure: gagal dikirim
    subject failure: tidak dapat dikirim
    subject failure: pengiriman gagal
    subject failure: tidak dapat dihantar
    subject failure: penghantaran gagal
    recipients failed: tidak dapat dikirim
    text failure: tidak dapat dikirim
    recipients failed: gagal dikirim
    text failure: gagal dikirim
    recipients failed: tidak terkirim
    text failure: tidak terkirim
    recipients failed: tidak dapat disampaikan
    text failure: tidak dapat disampaikan
    recipients failed: tidak dapat dihantar
    text failure: tidak dapat dihantar
    recipients failed: tidak berhasil dikirim
    text failure: tidak berhasil dikirim
    reason mailbox-full: kotak surat penuh
    reason mailbox-full: kotak masuk penuh
    reason mailbox-unknown: pengguna tidak ditemukan
    reason mailbox-unknown: pengguna tidak ada
    reason mailbox-unknown: pengguna tidak dikenal
    reason mailbox-unknown: pengguna tidak terdaftar
    reason mailbox-unknown: pengguna tidak wujud
    reason mailbox-unknown: penerima tidak ditemukan
    reason mailbox-unknown: penerima tidak dikenal
    reason mailbox-unknown: penerima tidak ada
    reason mailbox-unknown: alamat tidak ditemukan
    reason mailbox-unknown: alamat tidak ada
    reason mailbox-unknown: kotak surat tidak ada
    reason mailbox-unknown: kotak surat tidak ditemukan
    reason mailbox-unknown: akun tidak ditemukan
    reason mailbox-unknown: akun tidak ada
    # Hindi.
    subject failure: वितरित नहीं
    subject failure: वितरण विफल
    subject failure: डिलीवर नहीं
    subject failure: डिलीवरी विफल
    recipients failed: वितरित नहीं किया जा सका
    text failure: वितरित नहीं किया जा सका
    recipients failed: डिलीवर नहीं किया जा सका
    text failure: डिलीवर नहीं किया जा सका
    recipients failed: नहीं पहुंचाया जा सका
    text failure: नहीं पहुंचाया जा सका
    reason mailbox-full: मेलबॉक्स भरा
    reason mailbox-unknown: उपयोगकर्ता मौजूद नहीं
    reason mailbox-unknown: उपयोगकर्ता नहीं मिला
    reason mailbox-unknown: प्राप्तकर्ता मौजूद नहीं
    reason mailbox-unknown: प्राप्तकर्ता नहीं मिला
    reason mailbox-unknown: पता मौजूद नहीं
    reason mailbox-unknown: पता नहीं मिला
    """#
