# Debian's Chromium, a font that has Chinese, and gettext for the catalogues.

up_browser() {
  need_packages chromium fonts-dejavu-core fonts-wqy-zenhei gettext
}
