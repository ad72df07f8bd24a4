# Debian's Chromium, and a font that has Chinese.

up_browser() {
  need_packages chromium fonts-dejavu-core fonts-wqy-zenhei
}
