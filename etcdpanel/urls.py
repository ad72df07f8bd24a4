"""The doors of the panel: pages, admin site and REST."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from clusters.api.views.drop_in import AlsoDropIn
from etcdpanel.health import healthz

accounts = [
    path("login/", auth.LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path(
        "password/done/",
        auth.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("accounts/", include(accounts)),
    path("admin/", admin.site.urls),
    # Where the public service has it: in a script only the host changes.
    path("new", AlsoDropIn.as_view()),
    path("new/", AlsoDropIn.as_view()),
    path("api/v1/", include("clusters.api.urls")),
    path("", include("clusters.web.urls")),
]

# Where no view is reached, programs are told in their way, too.
handler400 = "clusters.api.outside.bad_request"
handler500 = "clusters.api.outside.server_error"
